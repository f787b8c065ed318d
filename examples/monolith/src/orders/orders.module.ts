/** Orders of the shop. */
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Order } from './order.entity.js';
import { OrdersController } from './orders.controller.js';

@Module({})
export class OrdersModule {
  /** @param dataPlane - what the guards of the routes need */
  static behind(dataPlane: DynamicModule): DynamicModule {
    return {
      module: OrdersModule,
      imports: [TypeOrmModule.forFeature([Order]), dataPlane],
      controllers: [OrdersController],
    };
  }
}
