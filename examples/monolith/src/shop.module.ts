/** A shop that has its own users, tables and routes, and embeds Latchkey for its tokens. */
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CanvusModule } from 'latchkey/canvus';
import { CloudflareModule } from 'latchkey/cloudflare';
import { DataPlaneModule } from 'latchkey/data-plane';
import { ENTITIES, LatchkeyModule, MIGRATIONS, UserDirectory } from 'latchkey/foundation';
import { FirstManager } from './first-manager.js';
import { Order } from './orders/order.entity.js';
import { OrdersModule } from './orders/orders.module.js';
import { ShopTables1790000000000 } from './shop-tables.migration.js';
import { StaffDirectory } from './staff/staff-directory.js';
import { Staff } from './staff/staff.entity.js';
import { StaffModule } from './staff/staff.module.js';

const latchkey = LatchkeyModule.forRoot({
  imports: [StaffModule],
  providers: [{ provide: UserDirectory, useExisting: StaffDirectory }],
});
const dataPlane = DataPlaneModule.forRoot({ path: 'tokens', imports: [latchkey] });

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: process.env.SHOP_DATABASE ?? 'data/shop.sqlite',
      entities: [Staff, Order, ...ENTITIES],
      migrations: [ShopTables1790000000000, ...MIGRATIONS],
      migrationsRun: true,
    }),
    StaffModule,
    latchkey,
    dataPlane,
    CloudflareModule.forRoot({ path: 'tokens/cloudflare', secretPrefix: 'shop_', imports: [latchkey] }),
    CanvusModule.forRoot({ path: 'tokens/canvus', imports: [latchkey] }),
    OrdersModule.behind(dataPlane),
  ],
  providers: [FirstManager],
})
export class ShopModule {}
