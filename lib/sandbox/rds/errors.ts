import { ServiceError } from '../contract.ts';

/** Codes as they stand in RDS's answers; the SDK's exception classes may end in `Fault`. */
export function instanceNotFound(identifier: string): ServiceError {
  return new ServiceError('DBInstanceNotFound', `DBInstance ${identifier} not found.`, { status: 404 });
}

export function instanceExists(identifier: string): ServiceError {
  return new ServiceError('DBInstanceAlreadyExists', `DB instance already exists: ${identifier}`);
}

export function invalidState(identifier: string, message: string): ServiceError {
  return new ServiceError('InvalidDBInstanceState', `Database instance ${identifier}: ${message}`);
}

export function invalidValue(message: string): ServiceError {
  return new ServiceError('InvalidParameterValue', message);
}

export function invalidCombination(message: string): ServiceError {
  return new ServiceError('InvalidParameterCombination', message);
}

export function parameterGroupNotFound(name: string): ServiceError {
  return new ServiceError('DBParameterGroupNotFound', `DBParameterGroup not found: ${name}`, { status: 404 });
}

export function subnetGroupNotFound(name: string): ServiceError {
  return new ServiceError('DBSubnetGroupNotFoundFault', `DBSubnetGroup not found: ${name}`, { status: 404 });
}
