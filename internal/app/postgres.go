package app

// publishedPassword is the one in docker/db/password.development.
const publishedPassword = "development-only-password"
