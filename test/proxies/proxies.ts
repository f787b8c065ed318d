/** Runs nginx, Caddy and HAProxy with the files of examples/proxies: only addresses, folders and the rule are replaced. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Program } from '../support/program.js';
import { freePort } from '../support/free-port.js';
import { ACCOUNT } from '../support/test-server.js';

/** The account that every example names, to be replaced by one’s own. */
export const EXAMPLE_ACCOUNT = '023e105f4ecef8ad9ca31a8372d0c353';

const EXAMPLES = path.resolve(import.meta.dirname, '../../examples/proxies');

/** The text of a file below examples/proxies. */
export function example(name: string): string {
  return readFileSync(path.join(EXAMPLES, name), 'utf8');
}

/** The neighbours of a proxy: ports on 127.0.0.1. */
export interface Neighbours {
  readonly latchkey: number;
  readonly service: number;
}

export interface Proxy {
  readonly baseUrl: string;
  /** A folder for the files that it writes. */
  readonly folder: string;
  stop(): Promise<unknown>;
}

/** A kind of proxy, and how to start one in front of the service. */
export interface ProxyKind {
  readonly name: string;
  readonly start: (file: string, neighbours: Neighbours, rule?: string) => Promise<Proxy>;
}

export const NGINX: ProxyKind = {
  name: 'nginx',
  start: (file, neighbours, rule) =>
    startNginx(file, ({ folder, port }) =>
      replaced(example('nginx/latchkey.conf'), {
        '127.0.0.1:8000': `127.0.0.1:${String(port)}`,
        ...addresses(neighbours, rule),
        '/run/latchkey-verify': path.join(folder, 'cache'),
      }),
    ),
};

/** nginx with a snippet in a server block: that of the README for a service, or with a rule the one for an application. */
export const NGINX_OF_PAGES: ProxyKind = {
  name: 'nginx',
  start: (file, neighbours, rule) =>
    startNginx(file, ({ port }) => {
      const snippet =
        rule === undefined ? readme('nginx', addresses(neighbours)) : ofApplication('nginx', neighbours, rule);
      return `server { listen 127.0.0.1:${String(port)}; ${snippet} }`;
    }),
};

/** A block of the README, or of the page on guarding, that contains what is replaced. */
function readme(language: string, replacements: Record<string, string>): string {
  const text = ['../../README.md', '../../docs/guarding.md'].map(example).join('\n');
  const blocks = [...text.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, block = '']) => block);
  const needed = Object.keys(replacements);
  const found = blocks.find((block) => needed.every((part) => block.includes(part)));
  if (found === undefined)
    throw new Error(`README and docs/guarding.md show no configuration of ${language} with ${needed.join(', ')}`);
  return replaced(found, replacements);
}

/** The application that docs/guarding.md names, to be replaced by one’s own. */
const PAGE_APPLICATION = 'app=f174e90a-fafe-4643-bbbc-4a0ed4fc8415';

function ofApplication(language: string, { latchkey, service }: Neighbours, rule: string): string {
  const toService: Record<string, string> =
    language === 'haproxy' ? {} : { '127.0.0.1:8080': `127.0.0.1:${String(service)}` };
  return readme(language, {
    '127.0.0.1:3000': `127.0.0.1:${String(latchkey)}`,
    ...toService,
    [PAGE_APPLICATION]: rule,
  });
}

/** Caddy with the snippet of docs/guarding.md. */
export const CADDY_OF_PAGES: ProxyKind = {
  name: 'caddy',
  start: (file, neighbours, rule = '') =>
    startCaddy(file, ofApplication('caddyfile', neighbours, rule).replace('app.example.com', '{$GUARDED_SITE}')),
};

/** HAProxy with the snippet of docs/guarding.md. */
export const HAPROXY_OF_PAGES: ProxyKind = {
  name: 'haproxy',
  start: (file, neighbours, rule = '') =>
    startHaproxy(
      file,
      `${ofApplication('haproxy', neighbours, rule)}
backend service
    mode http
    server service 127.0.0.1:${String(neighbours.service)}
`,
    ),
};

/** The rule of every example. */
const EXAMPLE_RULE = `kind=service_token&account=${EXAMPLE_ACCOUNT}`;

/** The values to replace in every example. */
export function addresses({ latchkey, service }: Neighbours, rule?: string): Record<string, string> {
  return {
    '127.0.0.1:3000': `127.0.0.1:${String(latchkey)}`,
    '127.0.0.1:8080': `127.0.0.1:${String(service)}`,
    [EXAMPLE_RULE]: rule ?? EXAMPLE_RULE.replace(EXAMPLE_ACCOUNT, ACCOUNT.id),
  };
}

/** @param site - the content of the block `http` of the configuration */
export async function startNginx(file: string, site: (place: Place) => string): Promise<Proxy> {
  const own = await place();
  const { folder, baseUrl } = own;
  writeFileSync(path.join(folder, 'latchkey.conf'), site(own));
  writeFileSync(path.join(folder, 'nginx.conf'), nginxAround(folder));
  // SIGKILL would leave its worker processes behind.
  const nginx = new Program(file, {
    args: ['-p', folder, '-e', 'stderr', '-c', 'nginx.conf'],
    lastSignal: 'SIGTERM',
  });
  await nginx.until(() => nginx.stderr.includes('start worker process'));
  return { baseUrl, folder, stop: () => nginx.stop() };
}

/** The counterpart of Debian's nginx.conf; all files are written into the folder. */
function nginxAround(folder: string): string {
  const written = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    ${process.getuid?.() === 0 ? '# The folder is the user’s alone.\n    user root;' : ''}
    daemon off;
    worker_processes 2;
    pid ${folder}/nginx.pid;
    error_log stderr notice;
    events {}
    http {
      access_log off;
      ${written.map((what) => `${what}_temp_path ${folder}/${what};`).join(' ')}
      include ${folder}/latchkey.conf;
    }
  `;
}

export const CADDY: ProxyKind = {
  name: 'caddy',
  start: (file, { latchkey, service }, rule) =>
    startCaddy(file, rule === undefined ? `import ${path.join(EXAMPLES, 'caddy/Caddyfile')}` : caddyFor(rule), {
      ACCOUNT_ID: ACCOUNT.id,
      LATCHKEY: `127.0.0.1:${String(latchkey)}`,
      SERVICE: `127.0.0.1:${String(service)}`,
    }),
};

/** The example with what its comment says to add for a rule that names an application. */
function caddyFor(rule: string): string {
  return replaced(example('caddy/Caddyfile'), {
    [`kind=service_token&account={$ACCOUNT_ID:${EXAMPLE_ACCOUNT}}`]: rule,
    'copy_headers ': 'copy_headers Cf-Access-Jwt-Assertion ',
  });
}

export const HAPROXY: ProxyKind = {
  name: 'haproxy',
  start: (file, neighbours, rule) =>
    startHaproxy(file, replaced(example('haproxy/haproxy.cfg'), addresses(neighbours, rule))),
};

/** @param configuration - listens on 127.0.0.1:8000 */
async function startHaproxy(file: string, configuration: string): Promise<Proxy> {
  const { folder, port, baseUrl } = await place();
  const text = replaced(configuration, {
    '127.0.0.1:8000': `127.0.0.1:${String(port)}`,
    '/etc/haproxy/latchkey.lua': path.join(EXAMPLES, 'haproxy/latchkey.lua'),
  });
  writeFileSync(path.join(folder, 'haproxy.cfg'), text);
  const haproxy = new Program(file, { args: ['-db', '-f', 'haproxy.cfg'], cwd: folder });
  await accepting(port);
  return { baseUrl, folder, stop: () => haproxy.stop() };
}

/** When something accepts connections at a port. HAProxy does not say that it does. */
async function accepting(port: number): Promise<void> {
  const isOpen = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => {
        resolve(false);
      });
    });
  for (let left = 200; !(await isOpen()); left -= 1) {
    if (left === 0) throw new Error(`nothing listens on port ${String(port)}`);
    await delay(50);
  }
}

/** @param site - the Caddyfile, in which `{$GUARDED_SITE}` is the address to listen on */
export async function startCaddy(file: string, site: string, env: Record<string, string> = {}): Promise<Proxy> {
  const { folder, port, baseUrl } = await place();
  writeFileSync(path.join(folder, 'Caddyfile'), `{\n\tadmin off\n}\n${site}\n`);
  const caddy = new Program(file, {
    args: ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    cwd: folder,
    env: { HOME: folder, GUARDED_SITE: `http://:${String(port)}`, ...env },
  });
  await caddy.until(() => caddy.stderr.includes('serving initial configuration'));
  return { baseUrl, folder, stop: () => caddy.stop() };
}

/** Where a proxy listens, and writes its files. */
interface Place {
  readonly folder: string;
  readonly port: number;
  readonly baseUrl: string;
}

async function place(): Promise<Place> {
  const folder = mkdtempSync(path.join(process.env.TEST_FOLDER ?? tmpdir(), 'latchkey-proxy-'));
  const port = await freePort();
  return { folder, port, baseUrl: `http://127.0.0.1:${String(port)}` };
}

/** @throws Error if one of them does not occur, because the example would guard something else */
export function replaced(text: string, replacements: Record<string, string>): string {
  return Object.entries(replacements).reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`the example does not contain ${from}`);
    return result.replaceAll(from, to);
  }, text);
}
