/** Starts the shop: global prefix, pipe and filter are its own, and Latchkey's routes do not notice. */
import 'reflect-metadata';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ShopErrors } from './shop-errors.filter.js';
import { ShopModule } from './shop.module.js';

const app = await NestFactory.create(ShopModule, { logger: ['warn', 'error'] });
app.setGlobalPrefix('shop');
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }));
app.useGlobalFilters(new ShopErrors());
app.enableShutdownHooks();
await app.listen(process.env.PORT ?? 3000, '127.0.0.1');
process.stdout.write(`The shop is open: ${await app.getUrl()}/shop/orders\n`);
