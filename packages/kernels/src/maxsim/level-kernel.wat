;; Loops over levels: dot products in seven bits, as packed products come, sixteen columns to a vector
;; [centroids x 16] u8. Addresses are in bytes. All numbers are little-endian.
(module
  (memory (import "glot" "memory") 1)

  ;; For each of `count` texts, the greatest level of its centroids in each column, added up over the sixteen columns:
  ;; sums[i] += that of text texts[i], whose centroids stand at starts[texts[i]] .. starts[texts[i] + 1].
  ;; centroids: u16; starts, texts, sums: u32.
  (func (export "addSumsOfBest")
    (param $levels i32) (param $centroids i32) (param $starts i32) (param $texts i32) (param $count i32) (param $sums i32)
    (local $at i32) (local $end i32) (local $last i32) (local $start i32) (local $best v128) (local $other v128)
    (local.set $last (i32.add (local.get $texts) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $text
        (br_if $done (i32.ge_u (local.get $texts) (local.get $last)))
        (local.set $start
          (i32.add (local.get $starts) (i32.shl (i32.load (local.get $texts)) (i32.const 2))))
        (local.set $at
          (i32.add (local.get $centroids) (i32.shl (i32.load (local.get $start)) (i32.const 1))))
        (local.set $end
          (i32.add (local.get $centroids) (i32.shl (i32.load offset=4 (local.get $start)) (i32.const 1))))
        (local.set $best (v128.const i32x4 0 0 0 0))
        (local.set $other (v128.const i32x4 0 0 0 0))
        ;; An odd one first, then two at a time.
        (if (i32.and (i32.sub (local.get $end) (local.get $at)) (i32.const 2))
          (then
            (local.set $best
              (v128.load (i32.add (local.get $levels) (i32.shl (i32.load16_u (local.get $at)) (i32.const 4)))))
            (local.set $at (i32.add (local.get $at) (i32.const 2)))))
        (block $ready
          (loop $two
            (br_if $ready (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $best
              (i8x16.max_u (local.get $best)
                (v128.load (i32.add (local.get $levels) (i32.shl (i32.load16_u (local.get $at)) (i32.const 4))))))
            (local.set $other
              (i8x16.max_u (local.get $other)
                (v128.load
                  (i32.add (local.get $levels) (i32.shl (i32.load16_u offset=2 (local.get $at)) (i32.const 4))))))
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br $two)))
        (local.set $best
          (i32x4.extadd_pairwise_i16x8_u
            (i16x8.extadd_pairwise_i8x16_u (i8x16.max_u (local.get $best) (local.get $other)))))
        (i32.store (local.get $sums)
          (i32.add (i32.load (local.get $sums))
            (i32.add
              (i32.add (i32x4.extract_lane 0 (local.get $best)) (i32x4.extract_lane 1 (local.get $best)))
              (i32.add (i32x4.extract_lane 2 (local.get $best)) (i32x4.extract_lane 3 (local.get $best))))))
        (local.set $texts (i32.add (local.get $texts) (i32.const 4)))
        (local.set $sums (i32.add (local.get $sums) (i32.const 4)))
        (br $text))))

  ;; The greatest level in each column of every `blockSize` centroids: into [centroids / blockSize, rounded up, x 16].
  (func (export "blockMaxima")
    (param $levels i32) (param $centroids i32) (param $blockSize i32) (param $into i32)
    (local $end i32) (local $stop i32) (local $best v128)
    (local.set $end (i32.add (local.get $levels) (i32.shl (local.get $centroids) (i32.const 4))))
    (block $done
      (loop $block
        (br_if $done (i32.ge_u (local.get $levels) (local.get $end)))
        (local.set $stop (i32.add (local.get $levels) (i32.shl (local.get $blockSize) (i32.const 4))))
        (if (i32.gt_u (local.get $stop) (local.get $end)) (then (local.set $stop (local.get $end))))
        (local.set $best (v128.const i32x4 0 0 0 0))
        (loop $centroid
          (local.set $best (i8x16.max_u (local.get $best) (v128.load (local.get $levels))))
          (local.set $levels (i32.add (local.get $levels) (i32.const 16)))
          (br_if $centroid (i32.lt_u (local.get $levels) (local.get $stop))))
        (v128.store (local.get $into) (local.get $best))
        (local.set $into (i32.add (local.get $into) (i32.const 16)))
        (br $block))))

  ;; The centroids that reach, in one column at least, the level that `floors` [16] u8 holds for it, in ascending order:
  ;; into u32, with room for all. Gives how many there are.
  (func (export "reaching")
    (param $levels i32) (param $centroids i32) (param $floors i32) (param $into i32) (result i32)
    (local $centroid i32) (local $from i32) (local $limits v128) (local $level v128)
    (local.set $limits (v128.load (local.get $floors)))
    (local.set $from (local.get $into))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $centroid) (local.get $centroids)))
        (local.set $level (v128.load (local.get $levels)))
        (if (v128.any_true (i8x16.ge_u (local.get $level) (local.get $limits)))
          (then
            (i32.store (local.get $into) (local.get $centroid))
            (local.set $into (i32.add (local.get $into) (i32.const 4)))))
        (local.set $levels (i32.add (local.get $levels) (i32.const 16)))
        (local.set $centroid (i32.add (local.get $centroid) (i32.const 1)))
        (br $next)))
    (i32.shr_u (i32.sub (local.get $into) (local.get $from)) (i32.const 2))))
