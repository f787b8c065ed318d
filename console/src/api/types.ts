/** The resources of Latchkey's own API, as docs/contracts/latchkey.md describes them. */

/** Times are RFC 3339 in UTC. */
export type Time = string;

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Person extends Named {
  readonly email: string;
}

/** A user as others refer to them; of one who was deleted only the id is left. */
export interface PersonReference {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
}

/** An account as others refer to it. */
export interface Reference {
  readonly id: string;
  readonly name: string | null;
}

export type TokenKind = 'service_token' | 'personal_token' | 'access_token';
export type TokenState = 'active' | 'expired' | 'disabled';
export type TokenAction =
  | 'rename'
  | 'rotate'
  | 'renew'
  | 'disable'
  | 'enable'
  | 'revoke'
  | 'end_overlap'
  | 'change_scopes';

export interface LastUse {
  readonly at: Time;
  readonly address: string | null;
  readonly user_agent: string | null;
}

export interface Overlap {
  readonly started_at: Time | null;
  readonly ends_at: Time;
  /** Of the previous secret. */
  readonly last_use: LastUse | null;
}

export interface Token extends Named {
  readonly kind: TokenKind;
  readonly account: Named | null;
  readonly owner: PersonReference | null;
  readonly created_by: PersonReference | null;
  readonly client_id: string | null;
  readonly handle: string;
  /** `null` for a token without scopes. */
  readonly scopes: readonly string[] | null;
  readonly state: TokenState;
  readonly created_at: Time;
  readonly updated_at: Time;
  readonly expires_at: Time | null;
  readonly version: number;
  readonly last_use: LastUse | null;
  readonly overlap: Overlap | null;
  /** What the caller may do with it now. */
  readonly permissions: readonly TokenAction[];
}

export interface Secret {
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly token?: string;
}

/** The answer of a create and of a rotation: the only one that holds a secret. */
export interface IssuedToken {
  readonly token: Token;
  readonly secret: Secret;
  /** What a client sends. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
  readonly total?: number | null;
}

export interface BulkResult {
  readonly dry_run: boolean;
  readonly matched: number;
  readonly changed: number;
  readonly accounts: number;
  readonly items: readonly {
    readonly id: string;
    readonly name: string;
    readonly kind: TokenKind;
    readonly account: Named | null;
    readonly result: 'changed' | 'unchanged' | 'forbidden' | 'not_found';
  }[];
}

/** How one can sign in. */
export interface SignInWays {
  readonly password: 'everyone' | 'administrators' | 'nobody';
  readonly token: boolean;
  readonly openid: { readonly label: string } | null;
  /** The application that embeds the server, if its sign-in counts here. */
  readonly host: { readonly name: string | null; readonly sign_in_url: string | null } | null;
}

export interface Me {
  readonly user: Person & { readonly role: 'administrator' | 'user' };
  readonly accounts: readonly (Named & { readonly role: 'administrator' | 'read_only' })[];
  readonly via: 'cookie' | 'bearer' | 'host';
  readonly csrf_token: string | null;
  readonly expires_at: Time | null;
  /** By `host`. */
  readonly host: { readonly name: string | null; readonly sign_out_url: string | null } | null;
  readonly features: {
    readonly console: boolean;
    readonly openid: boolean;
    readonly personal_tokens: boolean;
    /** Whether users are created, changed and deleted here; otherwise they are those of a host. */
    readonly own_users: boolean;
    readonly change_password: boolean;
  };
  readonly server: { readonly name: string; readonly version: string; readonly events_keepalive_seconds: number };
}

export interface User extends Person {
  readonly role: 'administrator' | 'user';
  /** Who is unapproved has not been let in yet: they cannot log in. */
  readonly state: 'active' | 'blocked' | 'unapproved';
  /** `null` for users of a host. */
  readonly created_at: Time | null;
  readonly last_login_at: Time | null;
  readonly tokens: number;
  readonly created_service_tokens: number;
  readonly accounts: number;
}

export interface Login {
  readonly id: string;
  readonly created_at: Time;
  readonly last_used_at: Time | null;
  readonly expires_at: Time | null;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly current: boolean;
}

/** Who a user is at an OpenID provider. */
export interface OpenIdBinding {
  readonly issuer: string;
  readonly subject: string;
  readonly created_at: Time;
}

export interface EndedAccess {
  readonly dry_run: boolean;
  readonly personal_tokens: number;
  readonly logins: number;
  readonly service_tokens: number;
  readonly access_tokens: number;
  readonly accounts: number;
}

export interface Account extends Named {
  readonly created_at: Time;
  readonly members: number;
  readonly tokens: number;
  /** The caller's. */
  readonly role: 'administrator' | 'read_only' | null;
  /** What the caller may do with it. */
  readonly permissions: readonly ('create_token' | 'change_members' | 'rename' | 'delete')[];
}

export interface Member {
  readonly user: Person;
  readonly role: 'administrator' | 'read_only';
  /** What the caller may do with them. */
  readonly permissions: readonly ('change_role' | 'remove')[];
}

export interface AppliedPolicy extends Named {
  readonly decision: string;
  readonly precedence: number;
}

export interface Policy extends Named {
  readonly decision: string;
  /** How many use it. */
  readonly applications: number;
}

export interface Application extends Named {
  readonly aud: string;
  readonly domains: readonly string[];
  readonly policies: readonly AppliedPolicy[];
}

export interface AuditRow {
  readonly id: string;
  readonly at: Time;
  readonly action: string;
  readonly author: Reference | null;
  readonly actor: 'user' | 'service' | 'command_line' | 'host' | 'system' | 'stranger';
  readonly account: Reference | null;
  readonly target: { readonly type: string; readonly id: string | null; readonly name: string | null } | null;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly request_id: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly occurrences: number;
}

export interface Day {
  readonly date: string;
  readonly count: number;
}

export interface Stats {
  readonly tokens: {
    readonly active: number;
    readonly expired: number;
    readonly disabled: number;
    readonly expiring_7_days: number;
    readonly expiring_30_days: number;
    readonly overlaps_running: number;
    readonly old_secret_in_use: number;
    readonly unused_90_days: number;
    readonly never_used: number;
  };
  readonly users: number;
  readonly accounts: number;
  readonly verifications: {
    readonly since: Time;
    readonly admitted: number;
    readonly refused: Readonly<Record<string, number>>;
  } | null;
  readonly expiries: readonly Day[];
  readonly uses: readonly Day[];
}

export interface ServerInfo {
  readonly version: string;
  readonly started_at: Time;
  readonly database: {
    readonly engine: string;
    readonly location: string;
    readonly bytes: number | null;
    readonly schema: string | null;
  };
  readonly instances: readonly {
    readonly id: string;
    readonly started_at?: Time | null;
    readonly last_seen_at: Time | null;
    readonly lease: boolean;
    readonly current: boolean;
  }[];
  readonly settings: readonly {
    readonly name: string;
    readonly variable: string | null;
    readonly value: unknown;
    readonly source: string;
  }[];
  readonly last_backup_at: Time | null;
}
