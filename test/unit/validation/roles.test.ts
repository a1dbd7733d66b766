import { describe, expect, test } from '@jest/globals';
import { type Role, reconcileRoles } from '../../../lib/domain/validation/roles.ts';

const role = (name: string, changes: Partial<Role> = {}): Role => ({
  name,
  canLogin: true,
  attributes: [],
  memberOf: [],
  ...changes,
});
const shut = (name: string, changes: Partial<Role> = {}) => role(name, { canLogin: false, ...changes });

describe('roles of a clone', () => {
  test('those open that the fence shut out of the source', () => {
    const result = reconcileRoles({
      fenced: ['app', 'batch'],
      applications: ['app'],
      source: [shut('app'), shut('batch')],
      clone: [role('app'), role('batch')],
    });

    expect(result).toEqual({ open: ['app', 'batch'], heldBack: [], missing: [], faults: [] });
  });

  test('one that was dropped since, or lost its login, is held back', () => {
    const result = reconcileRoles({
      fenced: ['app'],
      applications: ['app'],
      source: [shut('app'), shut('locked')],
      clone: [role('app'), role('dropped'), role('locked')],
    });

    expect(result).toMatchObject({ open: ['app'], heldBack: ['dropped', 'locked'], faults: [] });
  });

  test('one that regained a right by the restore is held back; an application’s is a fault', () => {
    const clone = [role('app', { memberOf: ['payroll'] }), role('batch', { attributes: ['createrole'] })];
    const source = [shut('app'), shut('batch')];
    const result = reconcileRoles({ fenced: ['app', 'batch'], applications: ['app'], source, clone });

    expect(result).toMatchObject({ open: [], heldBack: ['app', 'batch'] });
    expect(result.faults).toEqual([
      'application role app has membership in payroll again, which it has not on the source',
    ]);
  });

  test('an application’s that is new, or cannot log in today, is a fault', () => {
    const sides = { applications: ['app'], source: [shut('app')], clone: [] };

    expect(reconcileRoles({ ...sides, fenced: ['app'] })).toMatchObject({
      missing: ['app'],
      faults: ['application role app did not exist at the restore point'],
    });
    expect(reconcileRoles({ ...sides, fenced: [] }).faults).toEqual([
      'application role app cannot log in to the source today',
    ]);
  });
});
