/** Writes refusals of known tokens, failed logins and denied requests to the log. */
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { refusalChannel, writeChannel, type Channel, type RefusalMessage, type WriteMessage } from '../core/index.js';
import { denialChannel, type DenialMessage } from '../http/index.js';
import { loginChannel, type LoginMessage } from '../identity/index.js';
import { MONITORING_OPTIONS, type MonitoringOptions } from './monitoring.options.js';
import { SecurityLines } from './security-lines.js';

/** Characters of a rule that are written. */
const RULE_LENGTH = 300;

/** One line each, as words and `name=value`. Nothing that a client sends is in it but an address and an id. */
@Injectable()
export class SecurityLog implements OnApplicationShutdown {
  private readonly stops: (() => void)[] = [];
  private readonly lines: SecurityLines;

  constructor(@Inject(MONITORING_OPTIONS) { securityLines }: MonitoringOptions) {
    const logger = new Logger('Security');
    this.lines = new SecurityLines((line) => {
      logger.warn(line);
    }, securityLines);
    if (securityLines === 0) return;
    this.listen(refusalChannel, this.refused);
    this.listen(loginChannel, this.loggedIn);
    this.listen(denialChannel, this.denied);
    this.listen(writeChannel, this.written);
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.lines.end();
  }

  private listen<M extends object>(channel: Channel<M>, listener: (message: M) => void): void {
    channel.subscribe(listener);
    this.stops.push(() => channel.unsubscribe(listener));
  }

  private readonly refused = (message: RefusalMessage): void => {
    const { entryPoint, reason, kind, tokenId, accountId, rule, address, requestId } = message;
    this.lines.add(`${tokenId} ${reason}`, () =>
      line('token refused', {
        token: tokenId,
        kind,
        account: accountId,
        reason,
        at: entryPoint,
        address,
        rule: cut(rule),
        request: requestId,
      }),
    );
  };

  private readonly loggedIn = ({ outcome, method, audience, address, requestId }: LoginMessage): void => {
    if (outcome === 'opened') return;
    this.lines.add(`login ${outcome} ${address ?? ''}`, () =>
      line(`login ${outcome}`, { method, audience, address, request: requestId }),
    );
  };

  private readonly denied = (message: DenialMessage): void => {
    const { dialect, method, route, permission, userId, tokenId, address, requestId } = message;
    this.lines.add(`${tokenId ?? ''} ${method} ${route ?? ''}`, () =>
      line('request denied', {
        user: userId,
        token: tokenId,
        dialect,
        method,
        route,
        permission: JSON.stringify(permission),
        address,
        request: requestId,
      }),
    );
  };

  /** A change that the author was no longer allowed to make when it was to be committed. */
  private readonly written = ({ code, author }: WriteMessage): void => {
    if (code !== 'not_permitted') return;
    const { userId, tokenId, address, requestId } = author;
    this.lines.add(`${tokenId ?? ''} change`, () =>
      line('change denied', { user: userId, token: tokenId, address, request: requestId }),
    );
  };
}

function cut(rule: string | null): string | null {
  return rule === null || rule.length <= RULE_LENGTH ? rule : `${rule.slice(0, RULE_LENGTH)}…`;
}

/** What is not known is left out. */
function line(what: string, facts: Readonly<Record<string, string | number | null | undefined>>): string {
  const known = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return [what, ...known.map(([name, value]) => `${name}=${String(value)}`)].join(' ');
}
