import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const endings = ['.mjs', '.js', '.cjs', ''];

function runtimeError(type, message, cause) {
  const error = new Error(message, { cause });
  error.name = `Runtime.${type}`;
  if (cause?.stack) error.stack = `${error.name}: ${cause.stack}`;
  return error;
}

/** The exported function that `<path>.<export>` names, from the bundle's folder. */
export async function loadHandler(taskRoot, specification) {
  const [, path, name] = /^(.*?)\.([^/]+)$/.exec(specification ?? '') ?? [];
  if (name === undefined) throw runtimeError('MalformedHandlerName', `Bad handler: ${specification}`);
  const file = endings
    .map((ending) => resolve(join(taskRoot, path + ending)))
    .find((each) => existsSync(each));
  if (file === undefined) throw runtimeError('ImportModuleError', `Error: Cannot find module '${path}'`);
  let module;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw runtimeError('UserCodeSyntaxError', `SyntaxError: ${error.message}`, error);
    if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND') {
      throw runtimeError('ImportModuleError', `Error: ${error.message}`, error);
    }
    throw error;
  }
  const exported = name.split('.').reduce((value, part) => value?.[part] ?? value?.default?.[part], module);
  if (exported === undefined) {
    throw runtimeError('HandlerNotFound', `${specification} is undefined or not exported`);
  }
  if (typeof exported !== 'function') {
    throw runtimeError('HandlerNotFound', `${specification} is not a function`);
  }
  if (exported.length >= 3) {
    throw runtimeError(
      'CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.',
    );
  }
  return exported;
}
