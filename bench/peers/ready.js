/** How a contestant says that it listens, and how it is to be asked. */

/**
 * Listens on a free port of the loopback address and tells it to the parent.
 * @param {import('node:http').Server} server
 * @param {Record<string, { method: string, path: string, headers?: Record<string, string>, body?: string }>} requests
 *   by the name of the measure they are for
 */
export function listen(server, requests) {
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${JSON.stringify({ port: server.address().port, requests })}\n`);
  });
}
