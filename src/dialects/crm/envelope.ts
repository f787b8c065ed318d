/** The success envelope around the result of every method (docs/contracts/crm.md §6). */
import { ApiProperty } from '@nestjs/swagger';

export class StatusView {
  @ApiProperty({ enum: ['OK'] })
  code!: string;

  @ApiProperty({ example: '' })
  description!: string;

  @ApiProperty({ example: '' })
  message!: string;
}

export interface Envelope<T> {
  status: StatusView;
  data: T;
}

export function ok<T>(data: T): Envelope<T> {
  return { status: { code: 'OK', description: '', message: '' }, data };
}
