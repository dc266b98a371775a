// A CommonJS program has the package by import().
async function main() {
  const { open, ShmError } = await import("shmbroker");
  try {
    await open("nowhere", { access: "read" });
  } catch (error) {
    if (!(error instanceof ShmError) || error.code !== "SHM_E_NOT_FOUND") throw error;
    return;
  }
  throw new Error("there is a channel 'nowhere'");
}

main().then(() => console.log("1 passed, 0 failed"));
