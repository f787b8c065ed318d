/** The shop's own users, in the shop's own table. */
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

@Entity({ name: 'shop_staff' })
export class Staff {
  @PrimaryGeneratedColumn('increment', { type: 'integer' })
  id!: number;

  @Column({ type: 'varchar', length: 254 })
  @Index('shop_staff_email', { unique: true })
  email!: string;

  @Column({ type: 'varchar', length: 100 })
  name!: string;

  @Column({ name: 'is_manager', type: 'boolean' })
  isManager!: boolean;

  @Column({ name: 'has_left', type: 'boolean' })
  hasLeft!: boolean;
}
