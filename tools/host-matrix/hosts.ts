/** The hosts in which the package is tried: applications as the command line of Nest makes them. */

/** How one host is made, and which program of docs/embedding.md it runs. */
export interface HostKind {
  readonly name: string;
  readonly nest: 11 | 12;
  readonly modules: 'cjs' | 'esm';
  /** What it installs in addition to what the command line of Nest gives it. */
  readonly packages: readonly string[];
  /** The headings of docs/embedding.md whose files it has. */
  readonly chapters: readonly string[];
  /** Whether it runs on Fastify, where Latchkey has guards and no routes. */
  readonly fastify?: true;
  /** Whether the routes of a host are compared in it, with Latchkey and without. */
  readonly mounts?: true;
  /** Whether its own sign-in opens the administration. */
  readonly signsIn?: true;
  /** Whether it is tried as a bundle, too: the command line of Nest 11 brings webpack. */
  readonly bundled?: true;
  /** Whether its own tests can run on the Node that runs this: jest loads Nest 12 only on Node 24.9 and newer. */
  readonly hasTests: boolean;
}

const PEERS_11 = ['@nestjs/typeorm@11', 'typeorm@0.3'];
const PEERS_12 = ['@nestjs/typeorm@12', 'typeorm@1'];

export const HOSTS: readonly HostKind[] = [
  {
    name: 'nest-11-cjs',
    nest: 11,
    modules: 'cjs',
    packages: PEERS_11,
    chapters: ['An existing Nest 11 application with TypeORM 0.3'],
    mounts: true,
    bundled: true,
    hasTests: true,
  },
  {
    name: 'nest-12-cjs',
    nest: 12,
    modules: 'cjs',
    packages: PEERS_12,
    chapters: ['A host with Prisma, MySQL or MongoDB'],
    hasTests: false,
  },
  {
    name: 'nest-12-esm',
    nest: 12,
    modules: 'esm',
    packages: PEERS_12,
    chapters: ['A new Nest 12 application', 'Tokens from code', 'Users and accounts of the host', 'Tests'],
    mounts: true,
    hasTests: true,
  },
  {
    name: 'nest-11-cjs-sign-in',
    nest: 11,
    modules: 'cjs',
    packages: PEERS_11,
    chapters: ['The host’s sign-in opens the administration'],
    signsIn: true,
    hasTests: false,
  },
  {
    name: 'nest-12-esm-sign-in',
    nest: 12,
    modules: 'esm',
    packages: PEERS_12,
    chapters: ['The host’s sign-in opens the administration'],
    signsIn: true,
    hasTests: false,
  },
  {
    name: 'nest-12-fastify',
    nest: 12,
    modules: 'esm',
    packages: ['@nestjs/platform-fastify@12'],
    chapters: ['A Fastify application'],
    fastify: true,
    hasTests: false,
  },
];
