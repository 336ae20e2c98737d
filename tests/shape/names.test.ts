import { describe, expect, it } from 'vitest';
import type { NameCase } from '../../src/core/shaping.js';
import { polishedName } from '../../src/flow/shape/names.js';

const cases = [null, 'pascal', 'camel', 'snake'] as const;

/** What the earlier tool made of these names, with remove_special: as they are, in pascal, camel and snake case. */
const names: readonly (readonly [string, string, string, string, string])[] = [
  ['Employee Number', 'Employee Number', 'EmployeeNumber', 'employeeNumber', 'employee_number'],
  ['EmployeeNumber', 'EmployeeNumber', 'EmployeeNumber', 'employeeNumber', 'employee_number'],
  ['XMLParser', 'XMLParser', 'XmlParser', 'xmlParser', 'xml_parser'],
  ['XMLHTTPRequest', 'XMLHTTPRequest', 'XmlhttpRequest', 'xmlhttpRequest', 'xmlhttp_request'],
  [
    'Effective-Date (UTC)',
    'Effective-Date UTC',
    'EffectiveDateUtc',
    'effectiveDateUtc',
    'effective_date_utc',
  ],
  ['address2Line', 'address2Line', 'Address2line', 'address2line', 'address2line'],
  ['iD', 'iD', 'ID', 'iD', 'i_d'],
  ['Größe (cm)', 'Gre cm', 'GreCm', 'greCm', 'gre_cm'],
  ['%', '%', '%', '%', '%'],
  ['  padded  name ', 'padded  name', 'PaddedName', 'paddedName', 'padded_name'],
  ['a (b c) (d)', 'a b c d', 'ABCD', 'aBCD', 'a_b_c_d'],
];

describe('the names of polish.columns', () => {
  it.each(names)('%s', (name, ...expected) => {
    const made = cases.map((one: NameCase | null) =>
      polishedName(name, { remove_special: true, remove_spaces: false, case: one }),
    );
    expect(made).toEqual(expected);
  });

  it('lose their spaces before they get their case', () => {
    const rules = { remove_special: false, remove_spaces: true, case: 'snake' } as const;
    expect(polishedName('employee number', rules)).toBe('employeenumber');
    expect(polishedName('straße Weg', rules)).toBe('straße_weg');
  });
});
