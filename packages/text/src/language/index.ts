export { detectLanguage } from './detect.js';
export { countScripts, type Script, scriptOf } from './scripts.js';
