import pc from 'picocolors';

/** Colours of stdout: off when it is no terminal or NO_COLOR is set. */
export const colors = pc.createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);
