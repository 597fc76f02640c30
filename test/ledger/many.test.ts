import { testLedger } from './ledger.js';
import { MANIES } from './many.js';

testLedger('many', MANIES);
