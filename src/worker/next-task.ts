/**
 * Lets waiting messages in. A message of its own, because timers are slowed down on hidden pages and promises alone never
 * leave the current task.
 */
export function nextTask(): Promise<void> {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      // An open port would keep Node alive.
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}
