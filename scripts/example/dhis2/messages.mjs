const PHRASES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  409: 'Conflict',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** DHIS2's way to say no. */
export function refusal(status, message, errorCode) {
  const code = errorCode ? { errorCode } : {};
  return {
    status,
    body: {
      httpStatus: PHRASES[status],
      httpStatusCode: status,
      status: 'ERROR',
      message,
      ...code,
    },
  };
}
