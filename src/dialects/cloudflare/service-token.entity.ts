/** A Cloudflare Access service token: a client id and secret that belong to an account. */
import { Check, ChildEntity, Column } from 'typeorm';
import { Token } from '../../core/index.js';

/** Its handle is the client id; `label` is its name. */
@ChildEntity('service_token')
@Check(
  'latchkey_token_service',
  `"kind" <> 'service_token' OR ("duration" IS NOT NULL AND "expires_at" IS NOT NULL AND "account_id" IS NOT NULL)`,
)
class LatchkeyServiceToken extends Token {
  declare accountId: string;

  /** As sent by the client: a Go duration or `forever`. */
  @Column({ name: 'duration', type: 'varchar', length: 255, nullable: true })
  duration!: string;
}

export { LatchkeyServiceToken as ServiceToken };
