/** The response bodies of groups (docs/contracts/canvus.md §3.9). */
import { ApiProperty } from '../../internals/index.js';
import type { GroupLike } from './built-in-group.js';

export class GroupView {
  @ApiProperty({ example: 'Product engineering team' })
  description!: string;

  @ApiProperty({ example: 1000, type: 'integer', description: '1 is the group of all users.' })
  id!: number;

  @ApiProperty({ example: 'Engineering' })
  name!: string;
}

export function groupView({ description, id, name }: GroupLike): GroupView {
  return { description, id, name };
}
