-- What recovery.sh does as the service's account, beside what that has in its own database.
GRANT RELOAD, BINLOG MONITOR, BINLOG REPLAY, REPLICATION SLAVE ON *.* TO app;
