;; The loops of candidate search.
;;
;; Scores are dot products in seven bits, as `CentroidScorer` gives them, sixteen columns to a vector [centroids x 16]
;; u8. Addresses are in bytes. All numbers are little-endian.
(module
  (memory (import "glot" "memory") 1)

  ;; For each of `count` texts, the greatest score of its centroids in each column, added up over the sixteen columns:
  ;; sums[i] += that of text texts[i], whose centroids stand at starts[texts[i]] .. starts[texts[i] + 1].
  ;; centroids: u16; starts, texts, sums: u32.
  (func (export "addSumsOfBest")
    (param $scores i32) (param $centroids i32) (param $starts i32) (param $texts i32) (param $count i32) (param $sums i32)
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
              (v128.load (i32.add (local.get $scores) (i32.shl (i32.load16_u (local.get $at)) (i32.const 4)))))
            (local.set $at (i32.add (local.get $at) (i32.const 2)))))
        (block $ready
          (loop $two
            (br_if $ready (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $best
              (i8x16.max_u (local.get $best)
                (v128.load (i32.add (local.get $scores) (i32.shl (i32.load16_u (local.get $at)) (i32.const 4))))))
            (local.set $other
              (i8x16.max_u (local.get $other)
                (v128.load
                  (i32.add (local.get $scores) (i32.shl (i32.load16_u offset=2 (local.get $at)) (i32.const 4))))))
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

  ;; The greatest score in each column of centroids number b, b + blocks, b + 2 blocks and so on: into [blocks x 16].
  ;; There are not more blocks than centroids.
  (func (export "blockMaxima")
    (param $scores i32) (param $centroids i32) (param $blocks i32) (param $into i32)
    (local $end i32) (local $stop i32) (local $block i32)
    (local.set $end (i32.add (local.get $scores) (i32.shl (local.get $centroids) (i32.const 4))))
    (local.set $stop (i32.add (local.get $into) (i32.shl (local.get $blocks) (i32.const 4))))
    (memory.copy (local.get $into) (local.get $scores) (i32.shl (local.get $blocks) (i32.const 4)))
    (local.set $scores (i32.add (local.get $scores) (i32.shl (local.get $blocks) (i32.const 4))))
    (local.set $block (local.get $into))
    (block $done
      (loop $centroid
        (br_if $done (i32.ge_u (local.get $scores) (local.get $end)))
        (v128.store (local.get $block)
          (i8x16.max_u (v128.load (local.get $block)) (v128.load (local.get $scores))))
        (local.set $scores (i32.add (local.get $scores) (i32.const 16)))
        (local.set $block (i32.add (local.get $block) (i32.const 16)))
        (if (i32.eq (local.get $block) (local.get $stop)) (then (local.set $block (local.get $into))))
        (br $centroid))))

  ;; The centroids that reach, in one column at least, the score that `floors` [16] u8 holds for it, in ascending order:
  ;; into u32, with room for all. Gives how many there are.
  (func (export "reaching")
    (param $scores i32) (param $centroids i32) (param $floors i32) (param $into i32) (result i32)
    (local $centroid i32) (local $from i32) (local $limits v128) (local $score v128)
    (local.set $limits (v128.load (local.get $floors)))
    (local.set $from (local.get $into))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $centroid) (local.get $centroids)))
        (local.set $score (v128.load (local.get $scores)))
        (if (v128.any_true (i8x16.ge_u (local.get $score) (local.get $limits)))
          (then
            (i32.store (local.get $into) (local.get $centroid))
            (local.set $into (i32.add (local.get $into) (i32.const 4)))))
        (local.set $scores (i32.add (local.get $scores) (i32.const 16)))
        (local.set $centroid (i32.add (local.get $centroid) (i32.const 1)))
        (br $next)))
    (i32.shr_u (i32.sub (local.get $into) (local.get $from)) (i32.const 2)))

  ;; Adds contributions to the sums of the numbers in lists: to a number, for each row, the contribution of the first list of that row
  ;; that it stands in. Lists of one row follow each other. A list holds ascending numbers as gaps, seven bits a byte,
  ;; the lowest first, with the top bit set where more follow. A sum and a contribution hold the row in their lowest ten bits;
  ;; that of a sum is the last row that added to it. All lists go forward together, `block` numbers at a time, so that
  ;; the sums of a block stay in the cache.
  ;; places, stops [lists] u32: addresses where each list goes on and where it ends; last [lists] u32: the number before;
  ;; contributions [lists] u32; sums [numbers] u32. One byte after the last list can be read.
  (func (export "addSteps")
    (param $places i32) (param $stops i32) (param $last i32) (param $contributions i32) (param $lists i32)
    (param $sums i32) (param $numbers i32) (param $block i32)
    (local $end i32) (local $list i32) (local $at i32) (local $stop i32) (local $number i32) (local $contribution i32)
    (local $row i32) (local $two i32) (local $gap i32) (local $next i32) (local $more i32) (local $shift i32)
    (local $sum i32) (local $word i32)
    (local.set $lists (i32.shl (local.get $lists) (i32.const 2)))
    (block $done
      (loop $blocks
        (br_if $done (i32.ge_u (local.get $end) (local.get $numbers)))
        (local.set $end (i32.add (local.get $end) (local.get $block)))
        (local.set $list (i32.const 0))
        (block $listsDone
          (loop $eachList
            (br_if $listsDone (i32.ge_u (local.get $list) (local.get $lists)))
            (local.set $at (i32.load (i32.add (local.get $places) (local.get $list))))
            (local.set $stop (i32.load (i32.add (local.get $stops) (local.get $list))))
            (local.set $number (i32.load (i32.add (local.get $last) (local.get $list))))
            (local.set $contribution (i32.load (i32.add (local.get $contributions) (local.get $list))))
            (local.set $row (i32.and (local.get $contribution) (i32.const 1023)))
            (block $blockDone
              (loop $eachNumber
                (br_if $blockDone (i32.ge_u (local.get $at) (local.get $stop)))
                ;; One byte or two without a branch, since which it is cannot be foretold.
                (local.set $two (i32.load16_u (local.get $at)))
                (local.set $more (i32.and (i32.shr_u (local.get $two) (i32.const 7)) (i32.const 1)))
                (local.set $gap
                  (i32.or
                    (i32.and (local.get $two) (i32.const 127))
                    (i32.and
                      (i32.shr_u (i32.and (local.get $two) (i32.const 0x7f00)) (i32.const 1))
                      (i32.sub (i32.const 0) (local.get $more)))))
                (local.set $next (i32.add (i32.add (local.get $at) (i32.const 1)) (local.get $more)))
                (if (i32.eq (i32.and (local.get $two) (i32.const 0x8080)) (i32.const 0x8080))
                  (then
                    (local.set $shift (i32.const 14))
                    (loop $eachByte
                      (local.set $more (i32.load8_u (local.get $next)))
                      (local.set $gap
                        (i32.or (local.get $gap)
                          (i32.shl (i32.and (local.get $more) (i32.const 127)) (local.get $shift))))
                      (local.set $shift (i32.add (local.get $shift) (i32.const 7)))
                      (local.set $next (i32.add (local.get $next) (i32.const 1)))
                      (br_if $eachByte (i32.ge_u (local.get $more) (i32.const 128))))))
                (local.set $gap (i32.add (local.get $number) (local.get $gap)))
                (br_if $blockDone (i32.ge_u (local.get $gap) (local.get $end)))
                (local.set $number (local.get $gap))
                (local.set $at (local.get $next))
                (local.set $sum (i32.add (local.get $sums) (i32.shl (local.get $number) (i32.const 2))))
                (local.set $word (i32.load (local.get $sum)))
                (i32.store (local.get $sum)
                  (select
                    (local.get $word)
                    (i32.add (i32.and (local.get $word) (i32.const -1024)) (local.get $contribution))
                    (i32.eq (i32.and (local.get $word) (i32.const 1023)) (local.get $row))))
                (br $eachNumber)))
            (i32.store (i32.add (local.get $places) (local.get $list)) (local.get $at))
            (i32.store (i32.add (local.get $last) (local.get $list)) (local.get $number))
            (local.set $list (i32.add (local.get $list) (i32.const 4)))
            (br $eachList)))
        (br $blocks))))

  ;; The places of `values` [count] that are `floor` or more, both below 2^31, in ascending order: into u32, with room
  ;; for all. Gives how many there are. Values beyond the last one, up to a multiple of four, can be read and are 0.
  (func (export "atLeast") (param $values i32) (param $count i32) (param $floor i32) (param $into i32) (result i32)
    (local $place i32) (local $from i32) (local $mask i32) (local $limits v128)
    (local.set $from (local.get $into))
    (local.set $limits (i32x4.splat (i32.sub (local.get $floor) (i32.const 1))))
    (block $done
      (loop $four
        (br_if $done (i32.ge_u (local.get $place) (local.get $count)))
        (local.set $mask (i32x4.bitmask (i32x4.gt_s (v128.load (local.get $values)) (local.get $limits))))
        (block $none
          (loop $each
            (br_if $none (i32.eqz (local.get $mask)))
            (i32.store (local.get $into) (i32.add (local.get $place) (i32.ctz (local.get $mask))))
            (local.set $into (i32.add (local.get $into) (i32.const 4)))
            (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
            (br $each)))
        (local.set $values (i32.add (local.get $values) (i32.const 16)))
        (local.set $place (i32.add (local.get $place) (i32.const 4)))
        (br $four)))
    (i32.shr_u (i32.sub (local.get $into) (local.get $from)) (i32.const 2))))
