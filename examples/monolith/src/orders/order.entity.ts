/** What was ordered, and by whom. */
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity({ name: 'shop_order' })
export class Order {
  @PrimaryGeneratedColumn('increment', { type: 'integer' })
  id!: number;

  @Column({ type: 'varchar', length: 100 })
  article!: string;

  @Column({ type: 'integer' })
  quantity!: number;

  /** Name of the service token that ordered it. */
  @Column({ name: 'ordered_by', type: 'varchar', length: 1000 })
  orderedBy!: string;
}
