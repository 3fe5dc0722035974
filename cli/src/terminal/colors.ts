import pc from 'picocolors';

/** Colors of stdout: off when it is no terminal or NO_COLOR is set; FORCE_COLOR keeps them in pipes. */
export const colors = pc.createColors(
  !process.env.NO_COLOR && (Boolean(process.stdout.isTTY) || Boolean(process.env.FORCE_COLOR)),
);
