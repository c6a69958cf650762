api-json = The body does not fit: { $why }.
api-external-id = The external ID is a line of 1 to 200 characters without control characters.
api-client-uuid = Give each message and each deal a UUID of its own.
api-deal-amount = The amount is a number of hundredths from 0 to 999999999999.
api-request = The request cannot be read: { $why }.
api-paused = The channel is on pause. The token stays good; try again later.
api-token = Send a working token: Authorization: Bearer TOKEN.
