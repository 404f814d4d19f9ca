using System.Security.Cryptography;
using PipeProxy.Core.Balancing;

namespace PipeProxy.Core.Tests.Balancing;

#pragma warning disable CA5350 // SHA-1 is what is tested.
public sealed class ShaTests
{
    // Each length around the ends of the first blocks, then some at random.
    [Fact]
    public void Hash_OfManyInputs_IsTheRuntimes()
    {
        var random = new Random(1);
        for (int i = 0; i < 3_000; i++)
        {
            byte[] data = new byte[i < 300 ? i : random.Next(5_000)];
            random.NextBytes(data);
            byte[] long256 = new byte[Sha256.Size];
            Sha256.Hash(data, long256);
            Assert.Equal(SHA256.HashData(data), long256);
            byte[] short1 = new byte[Sha1.Size];
            Sha1.Hash(data, short1);
            Assert.Equal(SHA1.HashData(data), short1);
        }
    }

    // FIPS 180-4's own example, so that the test above is not the only witness.
    [Fact]
    public void Hash_OfAbc_IsAsPublished()
    {
        byte[] digest = new byte[Sha256.Size];
        Sha256.Hash("abc"u8, digest);
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Convert.ToHexStringLower(digest));
        Sha1.Hash("abc"u8, digest);
        Assert.Equal("a9993e364706816aba3e25717850c26c9cd0d89d", Convert.ToHexStringLower(digest.AsSpan(0, Sha1.Size)));
    }
}
