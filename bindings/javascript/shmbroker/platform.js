// Imported before anything that needs koffi, which has words of its own for a system that it does not know.
if (process.platform !== "win32") {
  throw new Error(`ShmBroker runs on Windows only, and this is ${process.platform}`);
}
