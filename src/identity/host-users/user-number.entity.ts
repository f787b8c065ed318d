/** The table of the numbers by which rows of this server refer to users of a host. */
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Characters of an id of the host. */
export const HOST_ID_MAX = 255;

/**
 * Numbers begin after 1,000,000,000, so that no token of one of Latchkey's own users goes to somebody else. A row stays when the host removes the user:
 * a number never means somebody else.
 */
@Entity({ name: 'latchkey_user_number' })
@Index('latchkey_user_number_host_id', ['hostId'], { unique: true })
class LatchkeyUserNumber {
  @PrimaryGeneratedColumn('increment', {
    name: 'id',
    type: 'integer',
    primaryKeyConstraintName: 'latchkey_user_number_pk',
  })
  id!: number;

  /** The id of the user in the host, compared as it is written. */
  @Column({ name: 'host_id', type: 'varchar', length: HOST_ID_MAX })
  hostId!: string;
}

export { LatchkeyUserNumber as UserNumber };
