/** Simultaneous requests; each race runs often enough for rare orders. */
import { racesForOneToken, racesForOneUser, racesOfAdministrators } from './race-cases.js';

racesForOneToken(10);
racesForOneUser(10);
racesOfAdministrators(5);
