# SPDX-License-Identifier: GPL-3.0-or-later
# Every external library, and why it is needed. The Debian packages are in packaging/dependencies.txt.

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)          # SHA-256 digests, keys and signatures
find_package(nlohmann_json 3.10 REQUIRED)                     # plans, dataset files, manifests, target profiles
find_package(OneDnn REQUIRED)                                 # fast kernels
find_package(OpenMP REQUIRED COMPONENTS CXX)                  # the thread pool that oneDNN uses, so that we can bound it
find_package(Eigen3 3.4 REQUIRED NO_MODULE)                   # linear algebra of the rounding and equalization algorithms
find_package(Glpk REQUIRED)                                   # integer programs of the bit assignment
find_package(SQLite3 REQUIRED)                                # project files
find_package(LibArchive REQUIRED)                             # .npz; a test reads bundles with it
find_package(ZLIB REQUIRED)                                   # gzip-compressed data sets

find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets Charts Svg PrintSupport LinguistTools)
find_package(QCustomPlotQt6 REQUIRED)                         # histograms and heatmaps
if(LATHE_BUILD_TESTS)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Test)
    find_package(Protobuf REQUIRED)                           # for the next
    find_package(OnnxProto REQUIRED)                          # tests build ONNX files with ONNX's own schema
endif()
