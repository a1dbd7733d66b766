import type { Fleet } from '../fleet.ts';

/** An operation of the service over the fleet; input and output have the SDK's shapes. */
export type FleetOperation = (fleet: Fleet, input: any) => Promise<unknown>;
