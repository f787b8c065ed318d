/** The table of networks from which users have signed in. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { timestampColumn } from '../../core/index.js';

const PRIMARY_KEY = 'latchkey_known_network_pk';

/** A network from which a user has signed in lately. */
@Entity({ name: 'latchkey_known_network' })
@Index('latchkey_known_network_seen', ['seenAt'])
class LatchkeyKnownNetwork {
  @PrimaryColumn({ name: 'user_id', type: 'integer', primaryKeyConstraintName: PRIMARY_KEY })
  userId!: number;

  /** An IPv4 address, or an IPv6 /64. */
  @PrimaryColumn({ name: 'network', type: 'varchar', length: 64, primaryKeyConstraintName: PRIMARY_KEY })
  network!: string;

  /** When they last signed in from there, to the day. */
  @Column(timestampColumn({ name: 'seen_at' }))
  seenAt!: Date;
}

export { LatchkeyKnownNetwork as KnownNetwork };
