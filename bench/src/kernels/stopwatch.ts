/** What is counted: time on the wall, or time that this process spends on processors, which other work does not stretch. */
export type Clock = 'wall' | 'processor';

/** Starts to count. @returns a function that gives the milliseconds since */
export function stopwatch(clock: Clock): () => number {
  if (clock === 'wall') {
    const began = performance.now();
    return () => performance.now() - began;
  }
  const began = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  };
}
