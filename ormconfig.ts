/** For TypeORM's command line: the database that DATABASE_URL names, as the server itself would open it. */
import { DataSource } from 'typeorm';
import { loadConfig } from './src/config/index.js';
import { dataSourceOptions } from './src/persistence/index.js';
import { SCHEMA } from './src/schema.js';

const { database } = loadConfig(process.env);

export default new DataSource(dataSourceOptions(database.address, database.poolSize, SCHEMA));
