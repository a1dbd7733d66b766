import { ServiceError } from '../contract.ts';

export function noSuchBucket(bucket: string): ServiceError {
  return new ServiceError('NoSuchBucket', 'The specified bucket does not exist', {
    status: 404,
    fields: { BucketName: bucket },
  });
}

export function noSuchKey(key: string): ServiceError {
  return new ServiceError('NoSuchKey', 'The specified key does not exist.', {
    status: 404,
    fields: { Key: key },
  });
}

export function noSuchVersion(key: string, versionId: string): ServiceError {
  return new ServiceError('NoSuchVersion', 'The specified version does not exist.', {
    status: 404,
    fields: { Key: key, VersionId: versionId },
  });
}

export function isDeleteMarker(method: string): ServiceError {
  return new ServiceError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    status: 405,
    fields: { Method: method, ResourceType: 'DeleteMarker' },
  });
}

export function invalidArgument(name: string, message: string, value?: string): ServiceError {
  const fields = value === undefined ? { ArgumentName: name } : { ArgumentName: name, ArgumentValue: value };
  return new ServiceError('InvalidArgument', message, { fields });
}

export function malformedXml(): ServiceError {
  return new ServiceError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

export function invalidRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequest', message);
}

export function preconditionFailed(condition: string): ServiceError {
  return new ServiceError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    {
      status: 412,
      fields: { Condition: condition },
    },
  );
}

export function conditionalConflict(condition: string, key: string): ServiceError {
  return new ServiceError(
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    { status: 409, fields: { Condition: condition, Key: key } },
  );
}

export function notImplemented(header: string, additionalMessage?: string): ServiceError {
  return new ServiceError(
    'NotImplemented',
    'A header you provided implies functionality that is not implemented',
    { status: 501, fields: additionalMessage ? { Header: header, additionalMessage } : { Header: header } },
  );
}

export function protectedByLock(): ServiceError {
  return new ServiceError('AccessDenied', 'Access Denied because object protected by object lock.', {
    status: 403,
  });
}
