// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/control.h"
#include "core/bundle/container.h"
#include "core/bundle/key.h"
#include "core/bundle/manifest.h"
#include "core/bundle/params.h"

namespace lathe {

/// A bundle is a container with manifest.jsonld first, its signature manifest.jws second, and then the files
/// that the manifest lists, in its order. The signature covers the exact bytes of the manifest, which holds
/// the SHA-256 of everything else; the identity of a bundle is the digest of its manifest.

inline constexpr std::string_view bundleExtension = ".lathebundle";

/// What a bundle is made of. `manifest` is complete but for `files`, `artifact.file` and the params members
/// of `quantization`, which createBundle fills in; so it does `quant` of every tensor whose name has a grid
/// in `params`.
struct BundleInput
{
    Manifest manifest;
    std::string artifactName = "model.onnx"; ///< lower case, below payload/
    std::string artifactMediaType = "application/octet-stream";
    std::span<const std::byte> artifact; ///< must outlive the call
    std::vector<ParamsEntry> params;
};

/// Signs and writes a bundle. The same input gives the same bytes but for the signature, which holds a random
/// number. Returns the bundle's identity. Throws Error{bundleInvalid} for a manifest that could not be read
/// back, and Error{invalidArgument, tooLarge, fileNotWritable, diskFull}.
Digest createBundle(const BundleInput& input, const SigningKey& key, Fs& fs, const Path& path);

/// What a bundle holds.
struct BundleContents
{
    Digest identity;
    Manifest manifest;
    std::vector<std::string> signers;  ///< key ids: verified in a VerifiedBundle, else only claimed
    std::vector<ContainerEntry> files; ///< as the manifest lists them; views into `storage`
    std::vector<ParamsEntry> params;
    std::shared_ptr<const FileBytes> storage;

    /// Throws Error{bundleInvalid} when there is none of this path.
    std::span<const std::byte> file(std::string_view path) const;
};

/// Contents whose every byte is covered by a signature of a trusted key. Only verifyBundle makes one.
class VerifiedBundle
{
public:
    const BundleContents& contents() const { return m_contents; }

private:
    friend VerifiedBundle verifyBundle(std::shared_ptr<const FileBytes>, std::string_view,
                                       std::span<const PublicKey>, std::size_t, const Control&);
    explicit VerifiedBundle(BundleContents contents)
        : m_contents(std::move(contents))
    {
    }

    BundleContents m_contents;
};

/// Checks container, signature (by `threshold` different keys of `trusted`), manifest, and the digest of
/// every file, in this order. Throws Error{bundleInvalid, signatureInvalid} with the reason.
VerifiedBundle verifyBundle(std::shared_ptr<const FileBytes> bytes, std::string_view where,
                            std::span<const PublicKey> trusted, std::size_t threshold = 1,
                            const Control& control = {});
VerifiedBundle verifyBundle(const Fs& fs, const Path& path, std::span<const PublicKey> trusted,
                            std::size_t threshold = 1, const Control& control = {});

/// What a bundle says, checked for damage but not for its maker: for looking at it, never for installing it.
/// Throws Error{bundleInvalid, signatureInvalid}.
BundleContents showBundle(std::shared_ptr<const FileBytes> bytes, std::string_view where, const Control& control = {});
BundleContents showBundle(const Fs& fs, const Path& path, const Control& control = {});

} // namespace lathe
