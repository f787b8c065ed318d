/** HTTPS by the server itself: certificates that change while it runs, and pairs that cannot be used. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { closeLater } from '../support/closing.js';
import { createDatabase } from '../support/engines.js';
import { freePort } from '../support/free-port.js';
import { send } from '../support/http.js';
import { runToEnd, startProcess, type ServerProcess } from '../support/process.js';

const READY = /(https:\/\/[^\s/]+)\/docs\b/;
const NAMES = ['first', 'second', 'third'] as const;

/** The files are looked at every two seconds. */
const SEEN_MS = 6000;

let folder: string;

/** A certificate or a key by its name, and the files that the server reads. */
const file = (name: string): string => path.join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-tls-'));
  closeLater(() => {
    rmSync(folder, { recursive: true });
  });
  for (const name of NAMES) {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
        ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'],
        ...['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)],
      ],
      { stdio: 'ignore' },
    );
  }
});

/** Puts a pair where the server looks, as tools that renew certificates do. */
function install(certificate: string, key: string): void {
  for (const [from, to] of [
    [`${certificate}.crt`, 'server.crt'],
    [`${key}.key`, 'server.key'],
  ] as const) {
    copyFileSync(file(from), file(`${to}.new`));
    renameSync(file(`${to}.new`), file(to));
  }
}

const SETTINGS = (): Record<string, string> => ({
  TLS_CERT_FILE: file('server.crt'),
  TLS_KEY_FILE: file('server.key'),
});

interface Answer {
  readonly status: number;
  /** The name in the certificate of the server. */
  readonly name: unknown;
}

/** Asks on a connection of its own, or on that of the agent; trusts the three certificates only. */
function ask(url: string, agent?: Agent): Promise<Answer> {
  const ca = NAMES.map((name) => readFileSync(file(`${name}.crt`)));
  return new Promise((resolve, reject) => {
    request(url, { ca, agent: agent ?? false }, (response) => {
      const { subject } = (response.socket as TLSSocket).getPeerCertificate();
      response.resume().once('end', () => {
        resolve({ status: response.statusCode ?? 0, name: subject.CN });
      });
    })
      .once('error', reject)
      .end();
  });
}

async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + SEEN_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error('did not happen in time');
    await delay(100);
  }
}

describe('a server with a certificate', () => {
  it('answers HTTPS on both ports, takes a changed pair over, and keeps the one in use if a new one is bad', async () => {
    install('first', 'first');
    const verifyPort = String(await freePort());
    const { url } = await createDatabase('sqlite');
    const env = { DATABASE_URL: url, VERIFY_PORT: verifyPort, ...SETTINGS() };
    const server = await startProcess(env, { ready: READY });
    const ports = [server.baseUrl, `https://127.0.0.1:${verifyPort}`];
    const answers = (path: string): Promise<Answer[]> => Promise.all(ports.map((base) => ask(base + path)));
    const names = async (): Promise<unknown[]> => (await answers('/health/ready')).map(({ name }) => name);
    expect(await answers('/health/ready')).toEqual(ports.map(() => ({ status: 200, name: 'first' })));
    expect((await answers('/verify')).map(({ status }) => status)).toEqual([401, 401]);
    await expect(send(server.baseUrl.replace('https', 'http'), 'GET', '/health/live')).rejects.toThrow();

    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    closeLater(() => {
      agent.destroy();
    });
    const kept = (): Promise<Answer> => ask(`${server.baseUrl}/health/live`, agent);
    expect((await kept()).name).toBe('first');
    install('second', 'second');
    await until(async () => (await names()).every((name) => name === 'second'));
    // A connection that is open goes on.
    expect(await kept()).toEqual({ status: 200, name: 'first' });

    install('third', 'first');
    await until(() => server.stderr().includes('the certificate before stays in use'));
    rmSync(file('server.key'));
    await delay(2500);
    expect(await names()).toEqual(['second', 'second']);
    expect(linesAbout(server, 'cannot be used')).toHaveLength(2);
    install('third', 'third');
    await until(async () => (await names()).every((name) => name === 'third'));
    expect(linesAbout(server, 'new connections get the new one')).toHaveLength(2);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it.each([
    ['does not fit its key', () => ({ ...SETTINGS() }), /cannot be used.*name the PEM files/s],
    ['is missing', () => ({ ...SETTINGS(), TLS_CERT_FILE: file('absent') }), /absent.*ENOENT/s],
    ['has no key', () => ({ TLS_CERT_FILE: file('first.crt') }), /TLS_CERT_FILE is set without TLS_KEY_FILE/],
  ])('that %s does not start, and says why', async (_how, settings, message) => {
    install('first', 'second');
    const { url } = await createDatabase('sqlite');
    const end = await runToEnd({ DATABASE_URL: url, PORT: '0', ...settings() });
    expect(end.code).toBe(1);
    expect(end.stderr).toMatch(message);
  });
});

function linesAbout(server: ServerProcess, text: string): string[] {
  return server
    .stderr()
    .split('\n')
    .filter((line) => line.includes(text));
}
