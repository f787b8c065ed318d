/** The table of applications: what is protected. */
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { jsonColumn, timestampColumn, type LockKey } from '../core/index.js';

/** Members of a JSON object that an API has received and shows again. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Something that callers reach only with a token that its policies admit. */
@Entity({ name: 'latchkey_application' })
@Index('latchkey_application_aud', ['aud'], { unique: true })
@Index('latchkey_application_account', ['accountId', 'createdAt', 'id'])
@Check('latchkey_application_aud_length', `length("aud") = 64`)
class LatchkeyApplication {
  static readonly lock: LockKey<'id'> = { kind: 'application', columns: ['id'] };

  /** A UUID v4 in lower case. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'latchkey_application_pk' })
  id!: string;

  @Column({ name: 'account_id', type: 'varchar', length: 32 })
  accountId!: string;

  @Column({ name: 'name', type: 'varchar', length: 350 })
  name!: string;

  /** What kind of application it is, in the words of the API that made it. */
  @Column({ name: 'type', type: 'varchar', length: 32 })
  type!: string;

  /** The audience tag: 64 lower-case hex characters, random, and never changed. */
  @Column({ name: 'aud', type: 'varchar', length: 64, update: false })
  aud!: string;

  /** The first address as it was given, for example `app.example.com/admin`; `null` if none was. */
  @Column({ name: 'domain', type: 'varchar', length: 1400, nullable: true })
  domain!: string | null;

  /** Whether preflight requests of browsers (`OPTIONS`) reach the application without a token. */
  @Column({ name: 'passes_preflight', type: 'boolean' })
  passesPreflight!: boolean;

  /** Whether a refusal is answered with 401 where the API would otherwise lead to a login. */
  @Column({ name: 'answers_unauthorized', type: 'boolean' })
  answersUnauthorized!: boolean;

  /** The name of a header from which the tokens of services are read, in lower case; `null` for none. */
  @Column({ name: 'token_header', type: 'varchar', length: 255, nullable: true })
  tokenHeader!: string | null;

  /** How long a proof of admission is valid, as it was given; `null` if it was not. */
  @Column({ name: 'session_duration', type: 'varchar', length: 255, nullable: true })
  sessionDuration!: string | null;

  /** What else was given. It is shown again and decides nothing. */
  @Column(jsonColumn({ name: 'extra' }))
  extra!: JsonObject;

  @Column(timestampColumn({ name: 'created_at' }))
  createdAt!: Date;

  @Column(timestampColumn({ name: 'updated_at' }))
  updatedAt!: Date;
}

export { LatchkeyApplication as Application };
