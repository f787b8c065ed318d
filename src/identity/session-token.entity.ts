/** A token born from a login: lives for hours, is not listed. */
import { ChildEntity, Column } from 'typeorm';
import { Token } from '../core/index.js';

@ChildEntity('session')
export class SessionToken extends Token {
  /** The dialect it was made for; no other accepts it unless it says so. */
  @Column({ name: 'audience', type: 'varchar', length: 32, nullable: true })
  audience!: string;
}
