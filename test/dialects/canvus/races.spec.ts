/** Simultaneous requests; each race runs a few times. */
import { racesForOneToken, racesForOneUser, racesOfAdministrators } from './race-cases.js';

racesForOneToken(2);
racesForOneUser(2);
racesOfAdministrators(1);
