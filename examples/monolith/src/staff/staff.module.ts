/** Who works in the shop. */
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { StaffDirectory } from './staff-directory.js';
import { Staff } from './staff.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([Staff])],
  providers: [StaffDirectory],
  exports: [StaffDirectory, TypeOrmModule],
})
export class StaffModule {}
