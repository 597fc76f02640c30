import { expect, it } from 'vitest';
import { fillIn } from '../../src/expressions/template.js';
import { environmentOf } from './recorded.js';

it.each([
  ['eng', 'Mon 02 Feb, Monday February, 2:05 pm'],
  ['fra', 'lun 02 fév, lundi février, 2:05 pm'],
  ['spa', 'lun 02 feb, lunes febrero, 2:05 pm'],
  ['por', 'seg 02 fev, segunda fevereiro, 2:05 pm'],
  ['swa', 'J3 02 Feb, Jumatatu Februari, 2:05 alasiri'],
  ['kin', 'Mbe 02 Gas, Kuwa mbere Gashyantare, 2:05 pm'],
  ['xyz', 'Mon 02 Feb, Monday February, 2:05 pm'],
  ['', 'Mon 02 Feb, Monday February, 2:05 pm'],
])('prints dates in %j', (language, printed) => {
  const environment = { ...environmentOf('v9', 'flow'), language: { language, country: 'RW' } };
  const template = '@(format_datetime("2026-02-02 14:05", "EEE DD MMM, EEEE MMMM, h:mm aa"))';
  expect(fillIn(template, {}, environment)).toMatchObject({
    text: printed,
    errors: [],
    unknown: [],
  });
});
