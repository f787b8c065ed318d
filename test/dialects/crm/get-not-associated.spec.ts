import { listSuite } from './list-cases.js';

listSuite('GET', 'access_tokens/get_not_associated');
