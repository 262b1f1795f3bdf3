/** Fields of 3.6 and later that etcd3's types lack. */
declare module 'etcd3/lib/rpc' {
  interface IStatusResponse {
    storageVersion: string;
    dbSizeQuota: string;
    downgradeInfo: { enabled: boolean; targetVersion: string } | null;
  }
  interface IHashKVResponse {
    hash_revision: string;
  }
}

export {};
