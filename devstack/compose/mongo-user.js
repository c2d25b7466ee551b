// Run once, by the image's entrypoint, on an empty data volume: the service's user, known in its own database only.
db.getSiblingDB(process.env.SERVICE_DATABASE).createUser({
  user: process.env.SERVICE_USER,
  pwd: process.env.SERVICE_PASSWORD,
  roles: process.env.SERVICE_ROLES.split(",").map((role) => ({ role, db: process.env.SERVICE_DATABASE })),
});
