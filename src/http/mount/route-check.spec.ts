import { Controller, Get, Injectable, Post, UseGuards } from '@nestjs/common';
import { expect, it } from '@jest/globals';
import express from 'express';
import { PUBLIC, PermissionGuard, permits } from '../permission.js';
import { checkAllDeclared, declareBelow, declaredRoutes } from './declared-routes.js';
import { MountError } from './mounting.js';
import { declareControllers } from './route-check.js';

@Injectable()
class OrdersGuard extends PermissionGuard {
  protected authorize(): Promise<object> {
    return Promise.resolve({});
  }
}

@UseGuards(OrdersGuard)
@Controller('orders')
class GuardedOrders {
  @permits('orders:read')
  @Get()
  list(): void {
    return;
  }

  @permits(PUBLIC)
  @Get(['prices', 'offers'])
  prices(): void {
    return;
  }
}

@UseGuards(OrdersGuard)
@Controller('orders')
class SilentOrders {
  @permits('orders:read')
  @Get()
  list(): void {
    return;
  }

  @Post()
  create(): void {
    return;
  }
}

@Controller('orders')
class UnguardedOrders {
  @permits(PUBLIC)
  @Get('prices')
  prices(): void {
    return;
  }

  @permits('orders:read')
  @Get()
  list(): void {
    return;
  }
}

it('the permissions that handlers declare are recorded by route', () => {
  const application = express();
  expect(declareControllers(application, [GuardedOrders], '/shop')).toEqual([
    'GET /shop/orders',
    'GET /shop/orders/prices',
    'GET /shop/orders/offers',
  ]);
  expect(Object.fromEntries(declaredRoutes(application))).toEqual({
    'GET /shop/orders': 'orders:read',
    'GET /shop/orders/prices': PUBLIC,
    'GET /shop/orders/offers': PUBLIC,
  });
});

it('a handler without a permission is refused by name', () => {
  const declare = (): unknown => declareControllers(express(), [GuardedOrders, SilentOrders], '/shop');
  expect(declare).toThrow(MountError);
  expect(declare).toThrow('SilentOrders.create declares no permission');
});

it('a handler with a permission that no guard checks is refused by name', () => {
  const declare = (): unknown => declareControllers(express(), [UnguardedOrders], '/shop');
  expect(declare).toThrow(MountError);
  expect(declare).toThrow(
    'UnguardedOrders.list requires "orders:read", but its controller has no guard that checks it',
  );
});

it('an application that has a route without a permission is refused, with its name', () => {
  const application = express();
  application.get('/pages', (_request, response) => response.send(''));
  application.get('/pages/about', (_request, response) => response.send(''));
  application.post('/orders', (_request, response) => response.send(''));
  declareBelow(application, '/pages', PUBLIC);
  const check = (): void => {
    checkAllDeclared(application);
  };
  expect(check).toThrow(MountError);
  expect(check).toThrow('no permission is declared for POST /orders');
  declareBelow(application, '/orders', PUBLIC);
  expect(check).not.toThrow();
});
