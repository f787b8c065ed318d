/** The body of a new order; the shop's global ValidationPipe checks it. */
import { IsInt, IsString, Length, Max, Min } from 'class-validator';

export class NewOrder {
  @IsString()
  @Length(1, 100)
  article!: string;

  @IsInt()
  @Min(1)
  @Max(1000)
  quantity!: number;
}
