/** Finds applications for those who decide about requests: from memory where possible, and never out of date. */
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  CORE_OPTIONS,
  ChangeAwareCache,
  ChangeRelay,
  EventBus,
  UnitOfWork,
  findRow,
  type Change,
  type ChangeClass,
  type CoreOptions,
} from '../core/index.js';
import { Account, AccountDeleted } from '../identity/index.js';
import { canonicalHost } from './address-pattern.js';
import { Application } from './application.entity.js';
import { appliedPolicies } from './applied-policies.js';
import { ApplicationChange, PolicyChange, ZoneChange } from './changes.js';
import { readHostRoutes, type HostRoutes, type HostScope } from './host-routes.js';
import { KnownApplication } from './known-application.js';

/** What was found, at once if it was in memory. */
export type Found<T> = T | null | Promise<T | null>;

/** What a cache has for a key, also if nothing was found. */
interface Entry<T> {
  readonly value: T | null;
}

const AUD = /^[0-9a-f]{64}$/;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Remembers as many applications, and as many hosts, as there may be tokens in the credential cache. A caller who changes
 * an application or a policy waits until every instance has forgotten the former state, as with a revocation.
 */
@Injectable()
export class ApplicationDirectory implements OnModuleDestroy {
  private readonly applications: ChangeAwareCache<string, Entry<KnownApplication>>;
  private readonly ids: ChangeAwareCache<string, Entry<string>>;
  private readonly hosts: ChangeAwareCache<string, HostRoutes>;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CORE_OPTIONS) { credentialCache }: Pick<CoreOptions, 'credentialCache'>,
    relay: ChangeRelay,
    events: EventBus,
  ) {
    this.applications = new ChangeAwareCache(credentialCache, relay, events, OF_APPLICATIONS, applicationsConcerned);
    this.ids = new ChangeAwareCache(credentialCache, relay, events, OF_IDS, audsConcerned);
    this.hosts = new ChangeAwareCache(credentialCache, relay, events, OF_HOSTS, () => 'all');
  }

  onModuleDestroy(): void {
    this.applications.close();
    this.ids.close();
    this.hosts.close();
  }

  /** The application with this id, a UUID in lower case. */
  byId(id: string): Found<KnownApplication> {
    return ID.test(id) ? this.byKnownId(id) : null;
  }

  /** The application with this audience tag, 64 lower-case hex characters. */
  byAud(aud: string): Found<KnownApplication> {
    if (!AUD.test(aud)) return null;
    const entry = this.ids.get(aud, () => this.read((manager) => readId(manager, aud)));
    return entry instanceof Promise ? entry.then((late) => this.of(late)) : this.of(entry);
  }

  /**
   * The application that a request is for: of those whose address matches, the one with the longest path. The host has to
   * come from a proxy that is trusted, since a client could name another application than the one it reaches.
   * @param host - as in the header `Host`, with or without port
   * @param path - as in the request line; a query is ignored
   * @param scope - if tenants who do not trust each other share the server, either an account or `inZonesOnly`: any of
   * them can name a host that is in no zone
   */
  byHost(host: string, path: string, scope: HostScope = {}): Found<KnownApplication> {
    const name = canonicalHost(host);
    const routes = this.hosts.get(name, () => this.unitOfWork.read((manager) => readHostRoutes(manager, name)));
    const found = (all: HostRoutes): Found<KnownApplication> => {
      const id = all.find(path, scope);
      return id === null ? null : this.byKnownId(id);
    };
    return routes instanceof Promise ? routes.then(found) : found(routes);
  }

  private byKnownId(id: string): Found<KnownApplication> {
    const entry = this.applications.get(id, () => this.read((manager) => readApplication(manager, id)));
    return entry instanceof Promise ? entry.then(({ value }) => value) : entry.value;
  }

  private of({ value: id }: Entry<string>): Found<KnownApplication> {
    return id === null ? null : this.byKnownId(id);
  }

  private async read<T>(work: (manager: EntityManager) => Promise<T | null>): Promise<Entry<T>> {
    return { value: await this.unitOfWork.read(work) };
  }
}

async function readApplication(manager: EntityManager, id: string): Promise<KnownApplication | null> {
  const application = await findRow(manager, Application, { id });
  // Rows of a deleted account may be left for a while.
  if (!application || !(await findRow(manager, Account, { id: application.accountId }))) return null;
  const applied = (await appliedPolicies(manager, [id])).get(id) ?? [];
  return new KnownApplication(
    application,
    applied.map(({ policy }) => policy),
  );
}

async function readId(manager: EntityManager, aud: string): Promise<string | null> {
  return (await findRow(manager, Application, { aud }))?.id ?? null;
}

const OF_APPLICATIONS: readonly ChangeClass[] = [ApplicationChange, PolicyChange, AccountDeleted];
const OF_IDS: readonly ChangeClass[] = [ApplicationChange];
const OF_HOSTS: readonly ChangeClass[] = [ApplicationChange, ZoneChange, AccountDeleted];

function applicationsConcerned(change: Change): readonly string[] | 'all' {
  if (change instanceof ApplicationChange) return [change.target.id ?? ''];
  if (change instanceof PolicyChange) return change.applicationIds ?? 'all';
  return 'all';
}

function audsConcerned(change: Change): readonly string[] {
  return change instanceof ApplicationChange ? [change.aud] : [];
}
