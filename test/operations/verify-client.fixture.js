/** Asks /verify every few milliseconds on one connection, and tells on SIGUSR2 how long answers took since the last time. */
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const [baseUrl, token] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

let times = [];
let askedAt = 0;
let since = performance.now();

function ask() {
  return new Promise((resolve, reject) => {
    askedAt = performance.now();
    const request = http.get(`${baseUrl}/verify`, { agent, headers: { 'Private-Token': token } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`verify answered ${response.statusCode}`));
      response.resume().once('end', () => {
        times.push(performance.now() - askedAt);
        askedAt = 0;
        resolve();
      });
    });
    request.once('error', reject);
  });
}

process.on('SIGUSR2', () => {
  // One that waits now has waited, too.
  const waiting = askedAt === 0 ? [] : [performance.now() - Math.max(askedAt, since)];
  process.stdout.write(`WAITED ${JSON.stringify({ count: times.length, maxMs: Math.max(0, ...times, ...waiting) })}\n`);
  times = [];
  since = performance.now();
});

process.stdout.write('READY\n');
for (;;) {
  await ask();
  await delay(3);
}
