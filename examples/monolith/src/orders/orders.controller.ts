/** Partner systems order with service tokens; people look with their own tokens. */
import { Body, Controller, Get, Post, UseGuards } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { CurrentPrincipal, PrivateTokenGuard, ServiceTokenGuard, type TokenPrincipal } from 'latchkey/data-plane';
import { Repository } from 'typeorm';
import { NewOrder } from './new-order.dto.js';
import { Order } from './order.entity.js';

@Controller('orders')
export class OrdersController {
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

  @Post()
  @UseGuards(ServiceTokenGuard)
  create(@Body() { article, quantity }: NewOrder, @CurrentPrincipal() { token }: TokenPrincipal): Promise<Order> {
    return this.orders.save(this.orders.create({ article, quantity, orderedBy: token.label }));
  }

  @Get()
  @UseGuards(PrivateTokenGuard)
  async list(@CurrentPrincipal() { owner }: TokenPrincipal): Promise<{ for: string | undefined; orders: Order[] }> {
    return { for: owner?.name, orders: await this.orders.find({ order: { id: 'ASC' } }) };
  }
}
